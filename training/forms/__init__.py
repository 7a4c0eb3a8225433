"""The shape of what people type: one package per area of the product, one module per feature."""
