package form

import (
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// watchedView is something that the plugin looks at regularly, beside the settings themselves.
type watchedView struct {
	shared.Watched
	Card cardView
}

func newWatchedView(one shared.Watched) *watchedView {
	return &watchedView{one, cardView{Card: one.Card, id: "watched-" + one.Name}}
}

// healthView is what the plugin has found out about the settings in force by itself.
type healthView struct{ shared.Health }

// healthOf is nothing when the plugin does not tell.
func healthOf(now *shared.Health) *healthView {
	if now == nil {
		return nil
	}
	return &healthView{*now}
}

// Said says whether they work; nothing while that is not known. {time} stands for the time since when they do not.
func (h healthView) Said() text.Text {
	if h.CheckedAt.IsZero() {
		return text.Text{}
	}
	tried := text.Of("Last tried {ago}.", "ago", ago(h.CheckedAt))
	switch h.State {
	case shared.HealthHealthy:
		return text.Join(text.Of("They work."), tried)
	case shared.HealthSuspect:
		if h.CheckPassed {
			return text.Join(text.Of("They work, but something ends soon."), tried)
		}
		return text.Join(text.Of("They may not work any more."), tried)
	case shared.HealthBroken:
		return text.Join(text.Of("They do not work since {time}.", "time", timePlace), tried)
	default:
		return text.Text{}
	}
}

// Sign is the icon of the state.
func (h healthView) Sign() string {
	switch h.State {
	case shared.HealthBroken:
		return "failed"
	case shared.HealthSuspect:
		return "warning"
	default:
		return "passed"
	}
}

// Wrong are the things beside the settings that are wrong.
func (h healthView) Wrong() (wrong []*watchedView) {
	for _, one := range h.Watched {
		if one.Card.Status == shared.StatusFailed {
			wrong = append(wrong, newWatchedView(one))
		}
	}
	return wrong
}

// takeHealth puts on the page what the plugin has found out by itself.
func (v *view) takeHealth(now *shared.Health) {
	v.Health, v.Unhealthy = healthOf(now), unhealthy(now, v.Service)
	if now == nil {
		return
	}
	for _, one := range now.Watched {
		if run := v.run(runName(one.Action)); one.Action != "" && run != nil {
			run.Watched = newWatchedView(one)
		} else {
			v.Watched = append(v.Watched, newWatchedView(one))
		}
	}
}
