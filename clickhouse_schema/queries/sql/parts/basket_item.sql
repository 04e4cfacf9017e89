if({by_category:UInt8} = 0, product_key, if(category = '', 0, cityHash64(category)))
