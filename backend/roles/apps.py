from django.apps import AppConfig


class RolesConfig(AppConfig):
    name = "backend.roles"
    label = "roles"
    default_auto_field = "django.db.models.BigAutoField"
