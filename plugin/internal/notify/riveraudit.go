package notify

// What was done with a notification is noted in its job's metadata: the last operation as "operated", which earlier
// versions know, and the last shared.MaxShownOperations of them as "operations". These are arguments for the engines'
// functions that set parts of a document.
const (
	sqliteOperations = "coalesce(jsonb_extract(metadata, '$.operations')" +
		", CASE WHEN json_type(metadata, '$.operated') = 'object'" +
		" THEN jsonb_array(jsonb_extract(metadata, '$.operated')) END, jsonb('[]'))"
	sqliteAudit = ", '$.operated', jsonb($2), '$.operations', jsonb_insert(" +
		"CASE WHEN json_array_length(metadata, '$.operations') >= 50" +
		" THEN jsonb_remove(" + sqliteOperations + ", '$[0]') ELSE " + sqliteOperations + " END, '$[#]', jsonb($2))"

	postgresOperations = "COALESCE(metadata -> 'operations'" +
		", CASE WHEN jsonb_typeof(metadata -> 'operated') = 'object'" +
		" THEN jsonb_build_array(metadata -> 'operated') END, '[]'::jsonb)"
	postgresAudit = "'operated', $2::jsonb, 'operations', CASE WHEN jsonb_array_length(" + postgresOperations + ") >= 50" +
		" THEN " + postgresOperations + " - 0 ELSE " + postgresOperations + " END || jsonb_build_array($2::jsonb)"
)
