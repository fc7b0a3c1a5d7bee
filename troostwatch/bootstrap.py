"""What the doors may use of the application, in one list: the command line, and whoever comes beside it."""

from troostwatch.app import clock as clock
from troostwatch.app import needs as needs
from troostwatch.app import requests as requests
from troostwatch.app.clock import listening as listening
from troostwatch.app.demo import demo_folder as demo_folder
from troostwatch.app.demo import drawn_auction as drawn_auction
from troostwatch.app.doctor import examine as examine
from troostwatch.app.night import run_night as run_night
from troostwatch.app.outputs import pictures_of as pictures_of
from troostwatch.app.pictures import small as small
from troostwatch.app.process import Process as Process
from troostwatch.app.session import Session as Session
from troostwatch.app.session import schema_status as schema_status
from troostwatch.app.session import session as session
from troostwatch.app.workspace import Workspace as Workspace
from troostwatch.infrastructure.db.care import backup as backup
from troostwatch.infrastructure.files import Place as Place
from troostwatch.infrastructure.files import Protected as Protected
from troostwatch.infrastructure.files import open_regular as open_regular
from troostwatch.infrastructure.files import place_for_output as place_for_output
from troostwatch.infrastructure.files import write as write
from troostwatch.infrastructure.files import writing as writing
from troostwatch.infrastructure.persistence.picture_cache import PictureCache as PictureCache
