import dataclasses

import pytest

from workbench.errors import SettingsError, WorkbenchError
from workbench.settings import DEFAULTS, Settings


@pytest.mark.parametrize("given", [{"fdr": 2}, {"fdr": "a tenth"}, {"min_post_cycles": 0}])
def test_a_threshold_out_of_range_is_refused_with_its_meaning(given):
    (name,) = given
    with pytest.raises(SettingsError, match=name) as refused:
        Settings(**given)
    assert isinstance(refused.value, WorkbenchError)
    meaning = Settings.__dataclass_fields__[name].metadata["meaning"]
    assert str(refused.value).endswith(meaning)


def test_settings_cannot_be_changed_in_place():
    with pytest.raises(dataclasses.FrozenInstanceError):
        DEFAULTS.fdr = 0.5
    assert dataclasses.replace(DEFAULTS, fdr=0.5).fdr == 0.5
