// The summary timeline: the chart of a month, kinds that filter it and the list, and events that appear by themselves.
import "../timeline/timeline.css";

import { startFilters } from "../timeline/filters";
import { Month } from "../timeline/month";
import { startNews } from "../timeline/news";

const month = Month.in(document);
startFilters(month);
startNews();
