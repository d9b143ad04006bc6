from django.apps import AppConfig


class AssistantsConfig(AppConfig):
    name = "backend.assistants"
    label = "assistants"
    default_auto_field = "django.db.models.BigAutoField"
