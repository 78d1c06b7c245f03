/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The GIC's registers that are used here (Arm IHI 0048 for version 2, IHI 0069 for 3), by offset:
 * most are arrays.
 */
#ifndef PLATFORM_GIC_REGS_H
#define PLATFORM_GIC_REGS_H

/* Distributor (IHI 0069 §12.9). */
#define GICD_CTLR       0x0000u
#define GICD_TYPER      0x0004u
#define GICD_IGROUPR    0x0080u
#define GICD_ISENABLER  0x0100u
#define GICD_ICENABLER  0x0180u
#define GICD_ICPENDR    0x0280u
#define GICD_ICACTIVER  0x0380u
#define GICD_IPRIORITYR 0x0400u
#define GICD_ITARGETSR  0x0800u /* version 2 */
#define GICD_ICFGR      0x0c00u
#define GICD_IROUTER    0x6000u /* version 3; 8 bytes a line */

#define GICD_LEAST_SIZE  0x1000u
#define GICD_TYPER_LINES 0x1fu
#define GIC_SPI_LIMIT    1020u

#define GICD_CTLR_ENABLE       0x01u /* version 2 */
#define GICD_CTLR_ENABLE_GRP1A 0x02u /* version 3, with affinity routing */
#define GICD_CTLR_ARE_NS       0x10u
#define GICD_CTLR_RWP          0x80000000u /* a write is still on its way */

/* In the middle; all of ours have the same. */
#define GIC_PRIORITY 0xa0u

/* Processor interface, version 2 (IHI 0048 §4.4). */
#define GICC_CTLR 0x00u
#define GICC_PMR  0x04u
#define GICC_BPR  0x08u
#define GICC_IAR  0x0cu
#define GICC_EOIR 0x10u
#define GICC_SIZE 0x1000u

#define GIC_INTID_MASK    0xffffffu
#define GIC_INTID_MASK_V2 0x3ffu
#define GIC_INTID_SPECIAL 1020u /* 1020 to 1023: none */
#define GIC_LPI_BASE      8192u

/* GICv2m (Arm SBSA 3.0, appendix E). */
#define V2M_TYPER     0x008u
#define V2M_SETSPI_NS 0x040u
#define V2M_SIZE      0x1000u

/* Redistributor (IHI 0069 §12.10, §12.11). */
#define GICR_CTLR       0x00000u
#define GICR_TYPER      0x00008u
#define GICR_WAKER      0x00014u
#define GICR_PROPBASER  0x00070u
#define GICR_PENDBASER  0x00078u
#define GICR_IGROUPR0   0x10080u
#define GICR_ICENABLER0 0x10180u
#define GICR_ICACTIVER0 0x10380u

#define GICR_FRAMES       0x20000u
#define GICR_FRAMES_VLPIS 0x40000u

#define GICR_CTLR_ENABLE_LPIS     0x1u
#define GICR_CTLR_RWP             0x8u
#define GICR_TYPER_PLPIS          0x01u
#define GICR_TYPER_VLPIS          0x02u
#define GICR_TYPER_LAST           0x10u
#define GICR_TYPER_NUMBER(typer)  ((typer) >> 8 & 0xffff)
#define GICR_WAKER_SLEEP          0x2u
#define GICR_WAKER_CHILDREN_SLEEP 0x4u

/* ITS (IHI 0069 §12.18, §12.19). */
#define GITS_CTLR       0x00000u
#define GITS_TYPER      0x00008u
#define GITS_CBASER     0x00080u
#define GITS_CWRITER    0x00088u
#define GITS_CREADR     0x00090u
#define GITS_BASER      0x00100u
#define GITS_TRANSLATER 0x10040u
#define GITS_SIZE       0x20000u

#define GITS_CTLR_ENABLED         0x1u
#define GITS_CTLR_QUIESCENT       0x80000000u
#define GITS_TYPER_PTA            0x80000u
#define GITS_TYPER_ENTRY(typer)   (((typer) >> 4 & 0xf) + 1)
#define GITS_TYPER_EVENTS(typer)  (((typer) >> 8 & 0x1f) + 1) /* bits */
#define GITS_TYPER_DEVICES(typer) (((typer) >> 13 & 0x1f) + 1) /* bits */
#define GITS_CREADR_STALLED       0x1u

#define GITS_BASERS             8u
#define GITS_BASER_VALID        (1ull << 63) /* in a table of pages too: of each page */
#define GITS_BASER_INDIRECT     (1ull << 62) /* a table of pages of the table */
#define GITS_BASER_TYPE(baser)  ((baser) >> 56 & 7)
#define GITS_BASER_ENTRY(baser) (((baser) >> 48 & 0x1f) + 1)
#define GITS_BASER_PAGE(baser)  ((baser) >> 8 & 3) /* 4, 16 or 64 KiB */
#define GITS_TYPE_DEVICES       1u
#define GITS_TYPE_COLLECTIONS   4u

/* Of all four table registers: inner shareable, write-back cacheable. */
#define GIC_SHAREABLE      (1ull << 10)
#define GIC_SHAREABLE_MASK (3ull << 10)
#define GICR_CACHEABLE     (7ull << 7)
#define GITS_CACHEABLE     (7ull << 59)

/* And non-cacheable. */
#define GICR_UNCACHED (1ull << 7)
#define GITS_UNCACHED (1ull << 59)

#endif
