-- +goose Up

-- What agents answer again and again. Nothing of a citizen is in them.
CREATE TABLE canned_replies (
    code    text PRIMARY KEY,
    texts   jsonb NOT NULL,           -- by language, with places like {case}
    version bigint NOT NULL DEFAULT 1
);

-- +goose Down
DROP TABLE canned_replies;
