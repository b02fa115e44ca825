// The form of an objective: fields of the chosen measurement, and tags as chips.
import "../objectives/objectives.css";

import { startTags } from "../objectives/tags";

startTags();
