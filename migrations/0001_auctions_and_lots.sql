-- 0001: what the site says about auctions and their lots.
CREATE TABLE auctions (
    id INTEGER PRIMARY KEY,
    display_id TEXT NOT NULL UNIQUE,             -- 'A1-39499'
    site TEXT,                                   -- scheme and host it was seen on
    slug TEXT,
    name TEXT,
    bidding_status TEXT,
    starts_at TEXT,                              -- UTC, ISO 8601, as every time in this database
    ends_at TEXT,                                -- when the first lot closes
    lot_count INTEGER,
    details_json TEXT NOT NULL DEFAULT '{}',     -- collection days and other parts without a column
    observed_at TEXT NOT NULL                    -- when the site said so; an older page does not overwrite
) STRICT;

CREATE TABLE lots (
    id INTEGER PRIMARY KEY,
    display_id TEXT NOT NULL UNIQUE,             -- 'A1-39499-11'
    auction_id INTEGER REFERENCES auctions (id),
    site_id TEXT,
    site TEXT,
    slug TEXT,
    title TEXT,
    description TEXT,
    additional_information TEXT,
    remarks TEXT,
    category TEXT,                               -- 'Elektronica > Computers & tablets'
    attributes_json TEXT NOT NULL DEFAULT '[]',  -- [{"name", "unit", "value"}], names as the page has them
    quantity INTEGER,
    condition TEXT,
    city TEXT,
    country_code TEXT,
    followers_count INTEGER,
    -- The listing of the auction says these; a lot page does not.
    bidding_status TEXT,
    bids_count INTEGER,
    current_bid_cents INTEGER,
    currency TEXT,
    starts_at TEXT,
    closes_at TEXT,
    listing_digest TEXT,                         -- of what a listing says about the page; another digest = page changed
    page_digest TEXT,                            -- listing_digest when the page was last read
    page_read_at TEXT,                           -- when we read it, by our clock
    listed_at TEXT,                              -- when a listing last said so
    page_observed_at TEXT,                       -- when a lot page last said so; NULL = page never read
    photographs_observed_at TEXT,                -- when a lot page last told which photographs there are
    CHECK (listed_at IS NOT NULL OR page_observed_at IS NOT NULL)
) STRICT;

CREATE INDEX lots_by_auction ON lots (auction_id);
CREATE INDEX lots_by_closing ON lots (closes_at);
