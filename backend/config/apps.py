from django.apps import AppConfig
from django.db.backends.signals import connection_created


class ConfigConfig(AppConfig):
    """Settings, addresses, and the commands that run all of Titian."""

    name = "backend.config"
    label = "config"

    def ready(self) -> None:
        from backend.config.database import plan_once

        connection_created.connect(plan_once)
