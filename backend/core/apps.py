from django.apps import AppConfig
from django.urls import register_converter


class CoreConfig(AppConfig):
    name = "backend.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from backend.core.routes import SecretConverter

        register_converter(SecretConverter, "secret")
