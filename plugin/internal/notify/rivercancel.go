package notify

import (
	"encoding/json"

	"github.com/riverqueue/river/rivertype"
)

// wasCancelled reports whether a user has cancelled the job: River notes that in its metadata before it ends. It is the
// dialects' condition cancelled.
func wasCancelled(job *rivertype.JobRow) bool {
	var metadata struct {
		Cancelled string `json:"cancel_attempted_at"`
	}
	_ = json.Unmarshal(job.Metadata, &metadata)
	return metadata.Cancelled != ""
}

// isCutOff reports whether the error of an attempt is the one that River writes down, whatever the worker returns, when
// the job was cancelled meanwhile.
func isCutOff(said string) bool { return said == cutOff }

const cutOff = "JobCancelError: job cancelled remotely" // rivertype.ErrJobCancelledRemotely
