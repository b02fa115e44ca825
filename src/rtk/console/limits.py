"""Every limit of the console: one table that settings, checks, --help, the documentation and the limits page read.

To add one, declare it here, put it into `LIMITS`, and read it with `options.limit(limits.NAME)`. Whatever it refuses
says so in one sentence with the figure, and with Retry-After where waiting helps.
"""

from enum import StrEnum
from typing import NamedTuple


class LimitSubject(StrEnum):
    """The part of the console that a limit bounds; the limits page has a table for each."""

    PEOPLE = "People and sign-in"
    MAIL = "Mail"
    REQUESTS = "Requests and connections"
    WORK = "Work of the console"
    STORAGE = "Storage and database"


class Unit(StrEnum):
    """The unit of a limit, as pages write it behind the figure."""

    COUNT = ""
    KIB = "KiB"
    MIB = "MiB"
    BYTES_PER_SECOND = "bytes/s"
    MILLISECONDS = "ms"
    SECONDS = "s"
    MINUTES = "min"
    DAYS = "days"


class Limit(NamedTuple):
    """A bound that a setting moves. `what` is a phrase without a full stop: “Largest body of a request”.

    `least` and `most` are the smallest and the largest value that make sense. Where 0 switches the limit off, `zero`
    says what happens then.
    """

    name: str
    default: int
    unit: Unit
    subject: LimitSubject
    what: str
    least: int = 1
    most: int = 1_000_000
    zero: str = ""

    @property
    def help(self) -> str:
        """The limit in one sentence, with its unit."""
        unit = f", in {self.unit}" if self.unit else ""
        return f"{self.what}{unit}{f'; 0: {self.zero}' if self.zero else ''}."

    def shown(self, value: int) -> str:
        """Return a value of this limit as people read it: “64 MiB”, or what 0 stands for."""
        return self.zero if self.zero and not value else f"{value:,} {self.unit}".strip()


# A browser that was left open, or a stolen cookie, made a token for a year and lost only its session afterwards.
REAUTHENTICATION = Limit(
    "RTK_REAUTHENTICATION_MINUTES",
    15,
    Unit.MINUTES,
    LimitSubject.PEOPLE,
    "Time after which password, passkey or sign-on is asked for again before a new way in is opened",
    most=1440,
)
TOKEN_DAYS = Limit("RTK_TOKEN_DAYS", 365, Unit.DAYS, LimitSubject.PEOPLE, "Longest lifetime of a token", most=3650)
# A token with the scope admin can make others, so that one stolen could fill the table.
TOKENS_OF_A_PERSON = Limit(
    "RTK_TOKENS_PER_PERSON", 50, Unit.COUNT, LimitSubject.PEOPLE, "Most tokens of a person that have not expired"
)
TOKENS_OF_AN_ORGANIZATION = Limit(
    "RTK_TOKENS_PER_ORGANIZATION",
    1000,
    Unit.COUNT,
    LimitSubject.PEOPLE,
    "Most tokens of an organization's people that have not expired",
)
PASSKEYS = Limit("RTK_PASSKEYS_PER_PERSON", 20, Unit.COUNT, LimitSubject.PEOPLE, "Most passkeys of a person", most=100)
DATABASE_CONNECTIONS = Limit(
    "RTK_DATABASE_CONNECTIONS", 20, Unit.COUNT, LimitSubject.STORAGE, "Most connections to the database at once"
)
RETENTION = Limit(
    "RTK_RETENTION_DAYS",
    400,
    Unit.DAYS,
    LimitSubject.STORAGE,
    "Time for which measurements are kept",
    most=36_500,
    zero="kept for ever",
)
LOG_LINES = Limit(
    "RTK_LOG_LINES",
    60,
    Unit.COUNT,
    LimitSubject.STORAGE,
    "Most lines of one kind that are logged within a minute",
)
ACCESS_LINES = Limit(
    "RTK_ACCESS_LINES",
    6_000,
    Unit.COUNT,
    LimitSubject.STORAGE,
    "Most requests that are logged within a minute",
    least=0,
    zero="none is logged",
)
# The server that is to end a statement may be the one that says nothing, so whoever waits gives up as well.
DATABASE_SECONDS = Limit(
    "RTK_DATABASE_SECONDS",
    30,
    Unit.SECONDS,
    LimitSubject.STORAGE,
    "Longest statement and longest silence of the database",
    most=3_600,
)
BODY = Limit("RTK_BODY_LIMIT_MIB", 64, Unit.MIB, LimitSubject.REQUESTS, "Largest body of an API call")
# As much as Django takes by itself: it parses forms in memory, where one of 15 MiB took 1.2 GiB.
FORM = Limit("RTK_FORM_LIMIT_KIB", 2560, Unit.KIB, LimitSubject.REQUESTS, "Largest body of a form, and of any page")
# Six calls that nobody had signed and nobody finished held 360 MiB of the disk.
BODIES = Limit(
    "RTK_BODIES_MIB",
    256,
    Unit.MIB,
    LimitSubject.REQUESTS,
    "Most held of all bodies at once, of forms a quarter, of one address half",
)
LEAST_RATE = Limit(
    "RTK_LEAST_RATE",
    1024,
    Unit.BYTES_PER_SECOND,
    LimitSubject.REQUESTS,
    "Least rate at which bodies come and answers are taken",
)
HEAD_SECONDS = Limit(
    "RTK_HEAD_SECONDS", 10, Unit.SECONDS, LimitSubject.REQUESTS, "Longest time for the head of a request", most=3_600
)
# Idle connections took all files that the process may open, and the thread that tends the database died of it.
CONNECTIONS = Limit(
    "RTK_CONNECTIONS",
    4096,
    Unit.COUNT,
    LimitSubject.REQUESTS,
    "Most connections at once; fewer where fewer files may be open",
)
CONNECTIONS_PER_ADDRESS = Limit(
    "RTK_CONNECTIONS_PER_ADDRESS",
    2048,
    Unit.COUNT,
    LimitSubject.REQUESTS,
    "Most connections from one address, or one IPv6 network",
)
NEW_CONNECTIONS = Limit(
    "RTK_NEW_CONNECTIONS",
    300,
    Unit.COUNT,
    LimitSubject.REQUESTS,
    "Most connections that one address, or one IPv6 network, opens within a second; a trusted proxy opens any number",
)
# Objects are made of each value, by threads that share one interpreter: everybody waits meanwhile.
VALUES = Limit(
    "RTK_JSON_VALUES",
    200_000,
    Unit.COUNT,
    LimitSubject.WORK,
    "Most values in the JSON of an API call",
    most=100_000_000,
)
# A journal is kept as it came. Only what is read of it becomes objects, and counts for the bound above.
JOURNAL_VALUES = Limit(
    "RTK_JOURNAL_VALUES", 3_000_000, Unit.COUNT, LimitSubject.WORK, "Most values in a journal", most=1_000_000_000
)
# Each page that shows an experiment looks at every activity. Those that people write have some dozens.
ACTIVITIES = Limit(
    "RTK_ACTIVITIES",
    1000,
    Unit.COUNT,
    LimitSubject.WORK,
    "Most activities of an experiment: probes, method and rollbacks together",
)
EVENTS = Limit(
    "RTK_EVENTS_KIB",
    1024,
    Unit.KIB,
    LimitSubject.WORK,
    "Largest body of events that are told, CloudEvents or alerts",
    most=8192,
)
# Of six threads: the last two are for senders who hold none.
CALLS = Limit(
    "RTK_CALLS", 4, Unit.COUNT, LimitSubject.WORK, "Most requests of one sender that are worked on at once", most=6
)
CALLS_WAITING = Limit(
    "RTK_CALLS_WAITING", 1_000, Unit.COUNT, LimitSubject.WORK, "Most requests of one sender that wait for their turn"
)
LARGE_CALL = Limit(
    "RTK_LARGE_CALL_KIB",
    64,
    Unit.KIB,
    LimitSubject.WORK,
    "Least body of a large request, of which one of a sender and of a team is worked on at a time",
)
LARGE_CALLS_WAITING = Limit(
    "RTK_LARGE_CALLS_WAITING",
    16,
    Unit.COUNT,
    LimitSubject.WORK,
    "Most large requests of one sender that wait for their turn",
)
TURN_SECONDS = Limit(
    "RTK_TURN_SECONDS", 30, Unit.SECONDS, LimitSubject.WORK, "Longest wait of a request for its turn", most=3_600
)

WRONG_PASSWORDS = Limit(
    "RTK_WRONG_PASSWORDS",
    5,
    Unit.COUNT,
    LimitSubject.PEOPLE,
    "Most wrong passwords for an address within 5 minutes, from all browsers in which nobody signed in to it before",
)
# Of its own: else five wrong passwords from anywhere would lock an address's owner out.
WRONG_PASSWORDS_KNOWN = Limit(
    "RTK_WRONG_PASSWORDS_KNOWN",
    10,
    Unit.COUNT,
    LimitSubject.PEOPLE,
    "Most wrong passwords for an address within 5 minutes, from one browser in which its owner signed in before; "
    "and in one session, of its own password",
)
WRONG_CODES = Limit(
    "RTK_WRONG_CODES",
    5,
    Unit.COUNT,
    LimitSubject.PEOPLE,
    "Most wrong codes of an authenticator app or recovery codes for an account within 5 minutes",
)
WRONG_CODES_DAY = Limit(
    "RTK_WRONG_CODES_DAY", 30, Unit.COUNT, LimitSubject.PEOPLE, "Most wrong codes for an account within a day"
)
SIGN_INS = Limit(
    "RTK_SIGN_INS",
    50,
    Unit.COUNT,
    LimitSubject.PEOPLE,
    "Most attempts to sign in within 5 minutes from one network address or known browser, of one account, "
    "or in one session",
)
SIGN_UPS = Limit(
    "RTK_SIGN_UPS", 20, Unit.COUNT, LimitSubject.PEOPLE, "Most sign-ups within an hour from one network address"
)
OPENED_LINKS = Limit(
    "RTK_OPENED_LINKS",
    100,
    Unit.COUNT,
    LimitSubject.PEOPLE,
    "Most links to sign in, join, confirm or reset that are opened within 5 minutes from one network address",
)
MAILS_PERSON = Limit(
    "RTK_MAILS_PERSON",
    50,
    Unit.COUNT,
    LimitSubject.MAIL,
    "Most mails within an hour that one person has sent to others",
)
MAILS_ORGANIZATION = Limit(
    "RTK_MAILS_ORGANIZATION",
    100,
    Unit.COUNT,
    LimitSubject.MAIL,
    "Most invitations mailed within an hour by an organization",
)
MAILS_VISITOR = Limit(
    "RTK_MAILS_VISITOR",
    20,
    Unit.COUNT,
    LimitSubject.MAIL,
    "Most mails within an hour that visitors at one network address ask for before they sign in",
)
MAILS_ADDRESS = Limit(
    "RTK_MAILS_ADDRESS", 5, Unit.COUNT, LimitSubject.MAIL, "Most mails within an hour to one address of those asked for"
)
NOTIFICATION_MAILS = Limit(
    "RTK_NOTIFICATION_MAILS",
    300,
    Unit.COUNT,
    LimitSubject.MAIL,
    "Most notifications within an hour that an organization mails to addresses of none of its members",
)

LIMITS = (
    REAUTHENTICATION,
    TOKEN_DAYS,
    TOKENS_OF_A_PERSON,
    TOKENS_OF_AN_ORGANIZATION,
    PASSKEYS,
    DATABASE_CONNECTIONS,
    DATABASE_SECONDS,
    LOG_LINES,
    ACCESS_LINES,
    RETENTION,
    BODY,
    FORM,
    BODIES,
    LEAST_RATE,
    HEAD_SECONDS,
    CONNECTIONS,
    CONNECTIONS_PER_ADDRESS,
    NEW_CONNECTIONS,
    VALUES,
    JOURNAL_VALUES,
    ACTIVITIES,
    EVENTS,
    CALLS,
    CALLS_WAITING,
    LARGE_CALL,
    LARGE_CALLS_WAITING,
    TURN_SECONDS,
    WRONG_PASSWORDS,
    WRONG_PASSWORDS_KNOWN,
    WRONG_CODES,
    WRONG_CODES_DAY,
    SIGN_INS,
    SIGN_UPS,
    OPENED_LINKS,
    MAILS_PERSON,
    MAILS_ORGANIZATION,
    MAILS_VISITOR,
    MAILS_ADDRESS,
    NOTIFICATION_MAILS,
)
