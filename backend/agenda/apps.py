from django.apps import AppConfig


class AgendaConfig(AppConfig):
    name = "backend.agenda"
    label = "agenda"
    default_auto_field = "django.db.models.BigAutoField"
