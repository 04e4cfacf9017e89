5
    - (toFloat64(recency) > {recency_cuts:Array(Float64)}[1])
    - (toFloat64(recency) > {recency_cuts:Array(Float64)}[2])
    - (toFloat64(recency) > {recency_cuts:Array(Float64)}[3])
    - (toFloat64(recency) > {recency_cuts:Array(Float64)}[4])
