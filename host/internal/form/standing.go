package form

import (
	"net/http"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// standing is how things are at one time, in one language: what the page shows beside the form.
type standing struct {
	at            time.Time
	schema        shared.Schema
	snapshot      shared.Snapshot
	prerequisites []prerequisiteView
	service       *shared.ServiceStatus // nil when there is none, or it cannot be asked
	health        *shared.Health
}

// standingAge is for how long readers share a standing, so that many ask the plugin no more often than one. A page that
// was opened just now shares none: what it shows may be newer.
const standingAge = time.Second

type keptStanding struct {
	turn
	standing
}

// standing returns how things are; what is younger than the age is taken as it is. It fails when the plugin cannot be
// asked.
func (h *handler) standing(r *http.Request, age time.Duration) (standing, error) {
	locale := h.locale(r)
	kept := h.standings.of(locale)
	if err := kept.take(r.Context()); err != nil {
		return standing{}, err
	}
	defer kept.end()
	if !kept.at.IsZero() && time.Since(kept.at) < age {
		return kept.standing, nil
	}
	now := standing{at: time.Now()}
	var err error
	if now.schema, err = h.page.Schema(r.Context(), shared.SchemaRequest{Locale: locale}); err != nil {
		return standing{}, err
	}
	if now.snapshot, err = h.page.Load(r.Context(), shared.LoadRequest{Locale: locale}); err != nil {
		return standing{}, err
	}
	now.prerequisites = h.checkPrerequisites(r.Context(), now.schema.Prerequisites)
	now.service, now.health = h.service(r), h.health(r)
	if r.Context().Err() == nil { // Otherwise what could not be asked may be only this reader's.
		kept.standing = now
	}
	return now, nil
}

// standingParts are what changes on the page while it is open.
func (h *handler) standingParts(r *http.Request, age time.Duration) parts {
	now, err := h.standing(r, age)
	if err != nil {
		return parts{"down": h.fragment(r, "down", h.downView(r, err))}
	}
	v := &view{
		Schema: now.schema, Snapshot: now.snapshot, InForce: now.snapshot.Revision, Prerequisites: now.prerequisites,
		HasHistory: h.auditTrail() != nil, Test: &runView{}, Health: healthOf(now.health),
	}
	told := parts{
		"down":          "",
		"prerequisites": h.fragment(r, "prerequisites", v),
		"unhealthy":     h.fragment(r, "unhealthy", unhealthy(now.health, now.service)),
		"last-test":     h.fragment(r, "last test", v),
		"in-force":      h.fragment(r, "in force", v),
	}
	if now.service != nil {
		told["service"] = h.fragment(r, "service cell", now.service)
		told["trouble"] = h.fragment(r, "trouble", &troubleView{*now.service, h.notificationsPath(r)})
		told["held"] = h.fragment(r, "held on the settings", now.service.Held)
	}
	return told
}

// events tells the page what changes.
func (h *handler) events(w http.ResponseWriter, r *http.Request) {
	age := time.Duration(0)
	h.tell(w, r, func(r *http.Request) parts {
		told := h.standingParts(r, age)
		age = standingAge
		return told
	})
}

// state answers once with what the stream tells, for browsers that have none.
func (h *handler) state(w http.ResponseWriter, r *http.Request) {
	h.writeJSON(w, r, h.standingParts(r, standingAge))
}
