place != 0 AND ({{all_places}} OR place IN (SELECT place_key FROM chosen_places))
