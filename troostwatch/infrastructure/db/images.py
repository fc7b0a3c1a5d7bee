"""The repositories of photographs, codes and words, under the name of the roadmap."""

from troostwatch.infrastructure.db.codes import ExtractedCodeRepository as ExtractedCodeRepository
from troostwatch.infrastructure.db.photographs import LotImageRepository as LotImageRepository
from troostwatch.infrastructure.db.tokens import OcrTokenRepository as OcrTokenRepository
