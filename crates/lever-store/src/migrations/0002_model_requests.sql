-- The request that a model was called for, so that several calls for one are counted as one.
ALTER TABLE model_calls ADD COLUMN request TEXT;
