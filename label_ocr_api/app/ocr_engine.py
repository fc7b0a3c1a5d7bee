"""Reading one photograph with the token classifier; see `troostwatch.label_service.ocr_engine`."""

from troostwatch.label_service.ocr_engine import Engines as Engines
from troostwatch.label_service.ocr_engine import parse_label_ml as parse_label_ml
