from django.apps import AppConfig


class MailsConfig(AppConfig):
    name = "backend.mails"
    label = "mails"
    default_auto_field = "django.db.models.BigAutoField"
