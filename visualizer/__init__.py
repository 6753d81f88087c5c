"""The Django project: wiring only. Importing the Celery app here makes `shared_task` find it."""

from visualizer.celery import app as celery_app

__all__ = ["celery_app"]
