"""The records. Importing this package makes every table known to ``Base.metadata``."""

import pkgutil
from importlib import import_module

from training.models.common.base import Base

for _module in pkgutil.walk_packages(__path__, f"{__name__}."):
    import_module(_module.name)

__all__ = ["Base"]
