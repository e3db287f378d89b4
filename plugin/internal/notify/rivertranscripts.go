package notify

// Transcripts are a part of what is kept of an attempt in the metadata of its job: see attemptNotes. They stay as long
// as the texts of what was given up, so that they are gone with them, or with the job.
const (
	sqliteWithoutTranscripts = "jsonb_remove(CASE WHEN json_type(metadata, '$.output') = 'array'" +
		" THEN jsonb_set(metadata, '$.output', (SELECT jsonb_group_array(jsonb_remove(value, '$.transcript'))" +
		" FROM json_each(metadata, '$.output'))) ELSE metadata END, '$.made.transcript')"
	sqliteHasTranscripts = "(json_extract(metadata, '$.made.transcript') IS NOT NULL OR EXISTS (SELECT 1" +
		" FROM json_each(metadata, '$.output') WHERE json_extract(value, '$.transcript') IS NOT NULL))"

	postgresWithoutTranscripts = "(CASE WHEN jsonb_typeof(metadata -> 'output') = 'array'" +
		" THEN jsonb_set(metadata, '{output}', (SELECT COALESCE(jsonb_agg(one - 'transcript' ORDER BY place), '[]')" +
		" FROM jsonb_array_elements(metadata -> 'output') WITH ORDINALITY AS attempts(one, place)))" +
		" ELSE metadata END) #- '{made,transcript}'"
	postgresHasTranscripts = "(metadata #> '{made,transcript}' IS NOT NULL" +
		" OR jsonb_path_exists(metadata, '$.output[*].transcript'))"
)

// removable is a part of what is kept of a notification that goes before the notification does.
type removable struct {
	has    string // condition: it is there
	change string // of the job, that removes it
}

func (r *riverStore) removableTexts() removable {
	return removable{
		has:    "args ->> 'digest' IS NOT NULL AND args ->> 'sealed' IS NOT NULL",
		change: "args = " + r.dialect.withoutTexts,
	}
}

func (r *riverStore) removableTranscripts() removable {
	return removable{has: r.dialect.hasTranscripts, change: "metadata = " + r.dialect.withoutTranscripts}
}
