{{all_places}} AND empty({categories:Array(String)})
