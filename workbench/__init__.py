"""The calibration workbench: from a calibration spreadsheet to declines, candidates and a meeting.

The public names are listed in `__init__.pyi` and loaded when they are first used, so that
importing the package costs nothing that is not needed.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
