// The page of a run: its chart, and live while it goes on.
import "../insights/insights.css";
import "../insight/insight.css";

import { boot } from "../insight/boot";

void boot();
