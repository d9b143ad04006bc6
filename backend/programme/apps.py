from django.apps import AppConfig


class ProgrammeConfig(AppConfig):
    name = "backend.programme"
    label = "programme"
    default_auto_field = "django.db.models.BigAutoField"
