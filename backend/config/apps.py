from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Where the parts are put together; the commands that run the whole of Titian live here."""

    name = "backend.config"
    label = "config"
