from .calibration import Calibration as Calibration
from .calibration import load as load
from .samples import Company as Company
from .samples import make_company as make_company
from .widgets.app import Workbench as Workbench
