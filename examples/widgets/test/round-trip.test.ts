import { roundTrip } from '@apiserver-kit/framework/testing'
import { GadgetResource } from '../server/gadget.ts'
import { WidgetResource } from '../server/widget.ts'

roundTrip(new WidgetResource(), { describe, it })
roundTrip(new GadgetResource(), { describe, it })
