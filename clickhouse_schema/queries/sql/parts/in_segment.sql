({segment:UInt64} = 0 OR customer_key IN
    (SELECT customer_key FROM segment_members WHERE set_id = {segment:UInt64}))
