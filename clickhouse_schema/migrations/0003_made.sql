-- What people make: segments, RFM maps, playbooks, activations, and later experiments and models.
--
-- Append-only. A row is one version of one thing; the current state is its newest version. A row
-- claims the version after the one it was made from. Of rows that claim the same version, the one
-- committed first holds it for ever (block numbers rise in the order of commits, and stay through
-- merges); the others are kept beside it and are in use nowhere.
--
-- Nothing here belongs to a batch: loading and unloading sales never touch it.

CREATE TABLE IF NOT EXISTS made
(
    kind            LowCardinality(String),   -- segment, rfm_map, playbook, activation ...
    id              String,
    version         UInt32,                   -- made_from + 1
    made_from       UInt32,                   -- 0 for what is new
    revision        String,                   -- random, of this row only
    at              DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC'),
    author          String,                   -- name to show
    account         String,                   -- of the author; empty as long as there are none
    action          LowCardinality(String),   -- create, edit, rename, archive, restore, undo, duplicate
    name            String,
    name_key        String,                   -- the name as compared: case and width folded
    description     String,
    owner           String,
    archived        Bool,
    copied_id       String,                   -- duplicate: of what
    copied_version  UInt32,                   -- duplicate and undo: of which version
    body            String CODEC(ZSTD(3))     -- JSON, checked by the kind's owner
)
ENGINE = MergeTree
ORDER BY (kind, id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, enable_block_number_column = 1;
