"""The label service, started as `uvicorn main:app` in the folder above; its code is `troostwatch.label_service`."""
