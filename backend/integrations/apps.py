from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "backend.integrations"
    label = "integrations"
    default_auto_field = "django.db.models.BigAutoField"
