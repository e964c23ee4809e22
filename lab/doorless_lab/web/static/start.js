/** The first page: lessons, and the way to the wall. */

import { button, h } from "./dom.js";
import { act } from "./room.js";
import { takeAway } from "./take.js";
import { t } from "./words.js";

/** @param {import("./room.js").Room} room */
export function startPage(room) {
  return [
    h("h1", { tabindex: -1 }, t("start.title")),
    h("p", { class: "lead" }, t("start.lead")),
    h("h2", {}, t("start.lessons")),
    h("div", { class: "cards" }, room.lessons.map(lessonCard)),
    h("h2", {}, t("start.wall")),
    h("p", {}, button("start-wall", t("wall"), () => act({ do: "page", page: "wall" })), " ", t("start.count", { n: room.scenarios })),
    takeAway(["worksheet", "solutions", "cards", "roles"], "take-start"),
  ];
}

/** @param {Record<string, any>} lesson */
function lessonCard(lesson) {
  const id = `lesson-${lesson.name}`;
  return h(
    "article",
    { class: "card" },
    h("p", { class: "minutes" }, t("minutes", { n: lesson.minutes })),
    h("h3", { id }, lesson.title),
    h("p", {}, lesson.goal),
    h(
      "p",
      {},
      button(`begin-${lesson.name}`, t("lesson.begin"), () => act({ do: "lesson", lesson: lesson.name }), {
        class: "main",
        "aria-describedby": id,
      }),
    ),
    h(
      "details",
      { id: `course-${lesson.name}` },
      h("summary", { id: `course-of-${lesson.name}` }, t("lesson.stations")),
      h(
        "ol",
        {},
        lesson.stations.map((/** @type {any} */ one, /** @type {number} */ number) =>
          h(
            "li",
            {},
            button(`station-${lesson.name}-${number}`, one.title, () =>
              act({ do: "lesson", lesson: lesson.name, station: number }), { class: "plain" },
            ),
            ` ${t("minutes", { n: one.minutes })}`,
          ),
        ),
      ),
    ),
  );
}
