sipHash64('clientele holdout of all', customer_key) % 1000000 < {holdout:UInt32}
