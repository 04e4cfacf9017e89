empty({countries:Array(String)}) AND empty({channels:Array(String)})
