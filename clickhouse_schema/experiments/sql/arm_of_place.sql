toUInt8(arrayCount(limit -> limit <= place, {limits:Array(Float64)}))
