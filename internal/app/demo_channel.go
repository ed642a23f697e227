// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"fmt"
	"strings"

	"martinella/internal/access"
	"martinella/internal/app/demo"
	"martinella/internal/channel"
	"martinella/internal/platform/tlp"
)

// conversations are what is said in the secure channel; every message first
// reads what stands there, as people do.
func (st *stage) conversations() []scene {
	var out []scene
	for _, c := range st.territory.Conversations {
		thread := int64(0)
		for _, msg := range c.Messages {
			out = append(out, scene{st.hour(msg.Day, msg.Hour), "a message to or from " + c.Organisation, func(ctx context.Context) error {
				return st.say(ctx, c, msg, &thread)
			}})
		}
	}
	return out
}

func (st *stage) say(ctx context.Context, c demo.Conversation, msg demo.ChannelMessage, thread *int64) error {
	a, s, err := st.correspondent(ctx, msg.By, c.Organisation)
	if err != nil {
		return err
	}
	d := channel.Draft{Subject: c.Subject, TLP: tlp.Label(c.Label), Life: 90, Text: msg.Text}
	if msg.File.Name != "" {
		d.Files = []channel.Upload{{Name: msg.File.Name, Data: strings.NewReader(msg.File.Content)}}
	}
	if *thread == 0 {
		*thread, err = st.rooms.channel.Start(ctx, s, a, d)
		return err
	}
	if _, err := st.rooms.channel.Read(ctx, s, a, *thread, 0); err != nil {
		return err
	}
	return st.rooms.channel.Reply(ctx, s, a, *thread, d)
}

// correspondent gives somebody's end of the channel with an organisation.
func (st *stage) correspondent(ctx context.Context, email, code string) (channel.Author, access.Scope, error) {
	who, known := st.people[email]
	s, ok := who.In(st.bodies[code])
	if !known || !ok {
		return channel.Author{}, s, fmt.Errorf("%s does not write to %s", email, code)
	}
	name, err := st.rooms.identity.NameOf(ctx, access.System("demo"), who.Person)
	a := channel.Author{Person: channel.Person{ID: who.Person, Name: name, Email: email}, Side: channel.Member}
	if who.IsStaff() {
		a.Side = channel.CSIRT
	}
	return a, s, err
}
