"""Write the runtime dependencies of ``requirements.in`` into the metadata of the wheel."""

from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class RuntimeRequirements(MetadataHookInterface):
    """The metadata hook that hatchling loads from this file."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add the dependencies to ``metadata``."""
        lines = Path(self.root, "requirements.in").read_text(encoding="utf-8").splitlines()
        metadata["dependencies"] = [line for line in lines if line and not line.startswith("#")]
