// Adds the amounts of a form up while they are typed. Without it the total is counted when the form is sent.
"use strict";
for (const total of document.querySelectorAll("[data-total]")) {
  const inputs = total.closest("form").querySelectorAll(`input[name^="${total.dataset.total}"]`);
  const digit = (letter) => String("٠١٢٣٤٥٦٧٨٩".indexOf(letter) + "۰۱۲۳۴۵۶۷۸۹".indexOf(letter) + 1);

  // The pence of an amount as the server reads it; NaN if it cannot be read.
  const pence = (typed) => {
    const plain = typed
      .replace(/[٠-٩۰-۹]/g, digit)
      .replace(/٫/g, ".")
      .replace(/[£,٬\s\u200e\u200f\u2066-\u2069]/g, "");
    if (plain === "") return 0;
    const parts = /^(\d{1,12})(?:\.(\d{0,2}))?$/.exec(plain);
    return parts ? Number(parts[1]) * 100 + Number((parts[2] || "").padEnd(2, "0")) : NaN;
  };

  const add = () => {
    const sum = [...inputs].reduce((before, input) => before + pence(input.value), 0);
    const pounds = String(Math.floor(sum / 100)).replace(/\B(?=(\d{3})+$)/g, ",");
    total.textContent = Number.isNaN(sum) ? "–" : `£${pounds}.${String(sum % 100).padStart(2, "0")}`;
  };

  inputs.forEach((input) => input.addEventListener("input", add));
}
