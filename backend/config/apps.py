from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Settings, addresses, and the commands that run all of Titian."""

    name = "backend.config"
    label = "config"
