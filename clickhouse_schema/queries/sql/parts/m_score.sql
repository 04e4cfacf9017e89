1
    + (toFloat64(monetary) > {monetary_cuts:Array(Float64)}[1])
    + (toFloat64(monetary) > {monetary_cuts:Array(Float64)}[2])
    + (toFloat64(monetary) > {monetary_cuts:Array(Float64)}[3])
    + (toFloat64(monetary) > {monetary_cuts:Array(Float64)}[4])
