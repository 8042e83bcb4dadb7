"""What a partner may choose, as the API shows it to one who never chose."""

from dataclasses import asdict
from typing import Any

from crossfoot.core.preferences import Preferences
from crossfoot.messages.api.preferences import PreferencesShape

NEVER_CHOSEN: dict[str, Any] = PreferencesShape(**asdict(Preferences())).model_dump(mode="json")
