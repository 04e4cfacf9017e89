attempt = {attempt:UInt64}
  AND support >= {support:Float64} * 0.999999999
  AND confidence >= {confidence:Float64} * 0.999999999
  AND adjusted_lift >= {lift:Float64} * 0.999999999
  AND ({held:String} = '' OR held = {held:String})
  AND ({pairs:UInt8} = 0 OR (items = 2 AND left_items[1] < right_item))
  AND (empty({text:String})
       OR positionCaseInsensitiveUTF8(left_text, {text:String}) > 0
       OR positionCaseInsensitiveUTF8(right_text, {text:String}) > 0)
