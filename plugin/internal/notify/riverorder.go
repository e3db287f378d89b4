package notify

import "encoding/json"

// What was accepted first is sent first: River takes the jobs of a priority by the time that they are scheduled for.

// inItsPlace has a job taken when it is its turn, by when it was accepted.
const inItsPlace = "scheduled_at = created_at"

// back has jobs that a process has done again as if nothing had been, but for what was cancelled meanwhile. Those that
// another process has taken over are left alone.
// failed are the attempts of those for which there is one more to be kept.
func (r *riverStore) back(ids []int64, failed map[int64]failedNote, node string) statement {
	back := r.setRunning(r.asBefore()+", metadata = "+r.dialect.answered, ids)
	if back.text == "" {
		return back
	}
	encoded, _ := json.Marshal(failed) // Records can be encoded.
	back.text += " AND " + r.dialect.owner + " = $3"
	back.arguments = append(back.arguments, string(encoded), node)
	return back
}

// asBefore is the change of a job whose attempt did not take place.
func (r *riverStore) asBefore() string {
	return "state = " + r.unlessCancelled("'available'") + ", finalized_at = " + r.ifCancelled() +
		", attempt = CASE WHEN attempt > 0 THEN attempt - 1 ELSE 0 END, " + inItsPlace
}

// beforeAll is when a job is scheduled that goes before what was accepted earlier.
const beforeAll = "'1970-01-01 00:00:00'"
