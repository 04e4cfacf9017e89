kind = 'sale'
  AND is_product
  AND ordered_at >= toDateTime({start:Date}, 'UTC')
  AND ordered_at < toDateTime({end:Date}, 'UTC')
  AND (empty({countries:Array(String)}) OR country IN {countries:Array(String)})
  AND (empty({channels:Array(String)}) OR channel IN {channels:Array(String)})
  AND (empty({categories:Array(String)}) OR category IN {categories:Array(String)})
  AND ({known_only:UInt8} = 0 OR customer_key != 0)
  AND {{in_segment}}
