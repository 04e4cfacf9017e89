-- Which whole week or month a day belongs to, from 0; -1 in the partial ones at the edges.
if(day < {whole_start:Date} OR day >= {whole_end:Date}, -1, if({months:UInt8} = 1,
    toInt32(toRelativeMonthNum(day)) - toInt32(toRelativeMonthNum({whole_start:Date})),
    toInt32(intDiv(day - {whole_start:Date}, 7))))
